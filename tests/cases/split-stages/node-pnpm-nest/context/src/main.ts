import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app";

NestFactory.create(AppModule).then((app) => app.listen(3000));
