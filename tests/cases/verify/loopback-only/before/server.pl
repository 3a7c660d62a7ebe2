# tries to listen for as long as it takes
use strict;
use warnings;
use IO::Socket::INET;
$| = 1;
my $server;
until ($server = IO::Socket::INET->new(LocalAddr => $ENV{LISTEN}, Listen => 5, ReuseAddr => 1)) {
    print "can't listen: $@\n";
    sleep 1;
}
while (my $client = $server->accept) { close $client }
