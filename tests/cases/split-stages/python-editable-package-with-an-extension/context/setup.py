from setuptools import Extension, setup

setup(name="solver", ext_modules=[Extension("solver._core", ["core.c"])])
