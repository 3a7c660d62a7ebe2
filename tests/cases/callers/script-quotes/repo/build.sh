docker build -t 'single' "my app"
docker build --build-arg A='x y' --build-arg "B=$B y" --build-arg C="x"'y'z --build-arg=D=\"q\" my\ app
docker build --build-arg 'E=$NOT' --build-arg F=$(date +%s) --build-arg G=`id` --build-arg "H" .
docker build -t"attached" -f"my app/Dockerfile" --label "a=b --target no" .
