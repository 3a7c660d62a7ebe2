#!/bin/bash
source /venv/bin/activate
exec gunicorn app:app
