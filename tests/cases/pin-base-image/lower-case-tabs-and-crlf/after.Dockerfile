from	python:3.14-trixie	as	build
run true
