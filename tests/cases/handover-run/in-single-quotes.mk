X ?= a b
a:
	docker build --build-arg NPM_TOKEN='$(X)' .
