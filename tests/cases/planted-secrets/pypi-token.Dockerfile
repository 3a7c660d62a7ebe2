FROM python:3.13
RUN twine upload -u __token__ -p pypi-AgEIcHlwaS5vcmcCJDAxMjM0NTY3LTg5YWItY2RlZi0wMTIzLTQ1Njc4OWFiY2RlZg dist/*
