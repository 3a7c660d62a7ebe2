"""Words by language, out of a zip file with one text file per language."""

import zipfile


class Words:
    def __init__(self, path: str) -> None:
        with zipfile.ZipFile(path) as archive:
            self._words = {
                name.removesuffix(".txt"): archive.read(name).decode().split()
                for name in archive.namelist()
            }

    def languages(self) -> list[str]:
        return sorted(self._words)

    def masked(self, language: str, seed: int, letters: str) -> str:
        words = self._words[language]
        word = words[seed % len(words)]
        return "".join(letter if letter in letters else "_" for letter in word)
