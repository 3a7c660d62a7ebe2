include more.mk
a:
	docker build --build-arg NPM_TOKEN=$(INCLUDED) .
