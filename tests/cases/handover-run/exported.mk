export OTHER := ab
a:
	docker build --build-arg NPM_TOKEN=$(OTHER) .
