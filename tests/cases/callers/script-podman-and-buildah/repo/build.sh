podman build -t one
podman build -f app/Dockerfile
buildah bud -t two app
buildah build --layers -f Dockerfile -t three app
nerdctl build -t four app
/kaniko/executor --context dir://app --dockerfile Dockerfile --build-arg A=1 --destination acme/app
