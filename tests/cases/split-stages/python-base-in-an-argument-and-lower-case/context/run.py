print(open('requirements.txt').read())
