import ldap

print(ldap.VERSION3)
