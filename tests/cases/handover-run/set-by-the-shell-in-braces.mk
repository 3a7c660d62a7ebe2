a:
	x=ab; docker build --build-arg NPM_TOKEN=$${x} .
