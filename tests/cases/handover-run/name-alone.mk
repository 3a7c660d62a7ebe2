a:
	docker build --build-arg NPM_TOKEN .
