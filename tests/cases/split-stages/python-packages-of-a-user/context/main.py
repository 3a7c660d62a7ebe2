import numpy

print(numpy.pi)
