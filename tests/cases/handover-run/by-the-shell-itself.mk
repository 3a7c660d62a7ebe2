a:
	docker build --build-arg NPM_TOKEN="$$(cat token)" .
