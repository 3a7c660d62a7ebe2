import subprocess


def judge(file):
    subprocess.run(["gcc", "-o", "out", file], check=True)
