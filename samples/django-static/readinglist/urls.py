from django.urls import path

from books import views

urlpatterns = [
    path("", views.shelf, name="shelf"),
    path("books/", views.add, name="add"),
    path("health", views.health, name="health"),
]
