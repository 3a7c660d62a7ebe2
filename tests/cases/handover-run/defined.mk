define OTHER
ab
endef
a:
	docker build --build-arg NPM_TOKEN=$(OTHER) .
