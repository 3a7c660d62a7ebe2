import subprocess

subprocess.run(["ffmpeg", "-i", "in", "out"], check=True)
