from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200)
    finished = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]
