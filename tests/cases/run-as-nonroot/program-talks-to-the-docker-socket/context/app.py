import docker

client = docker.from_env()
