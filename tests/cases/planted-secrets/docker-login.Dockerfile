FROM docker:27
RUN docker login -u acme -p D0ckerHubPa55 registry.example.com
