#[macro_use] extern crate rocket;
#[launch] fn r()->_{ rocket::build() }
