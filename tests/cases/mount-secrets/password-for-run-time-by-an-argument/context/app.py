import os
os.environ['DB_PASSWORD']
