from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from .models import Book


@require_GET
def shelf(request):
    return render(request, "books/shelf.html", {"books": Book.objects.all()})


@require_POST
def add(request):
    title, author = request.POST.get("title", ""), request.POST.get("author", "")
    if not title or not author:
        return JsonResponse({"error": "title and author are both needed"}, status=400)
    book = Book.objects.create(title=title, author=author)
    return JsonResponse({"id": book.pk, "title": book.title}, status=201)


@require_GET
def health(request):
    Book.objects.exists()
    return HttpResponse("ok")
