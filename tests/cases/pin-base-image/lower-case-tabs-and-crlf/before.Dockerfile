from	python	as	build
run true
