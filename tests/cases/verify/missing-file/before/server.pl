# answers every request with the greeting in greeting.txt
use strict;
use warnings;
use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1)
    or die "can't listen: $!\n";
print "listening\n";
while (my $client = $server->accept) {
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
    my ($status, $body) = ("500 Error", "no greeting: ");
    if (open(my $file, "<", "greeting.txt")) { ($status, $body) = ("200 OK", do { local $/; <$file> }) }
    else { $body .= "$!\n"; print "greeting.txt: $!\n" }
    print $client "HTTP/1.0 $status\r\nContent-Type: text/plain\r\n\r\n$body";
    close $client;
}
