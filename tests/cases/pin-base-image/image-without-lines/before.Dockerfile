FROM archlinux
FROM hello-world
