if then (( docker build -t one .
docker build -t two .
esac esac
