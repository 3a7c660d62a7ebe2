import cffi

print(cffi.__version__)
