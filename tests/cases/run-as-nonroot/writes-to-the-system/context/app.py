with open("/etc/shop.conf", "w") as file:
    file.write("ok")
