// What the examples probe: two functions, a static probe, a name that is looked up and connected to.
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) int uprobed_add(int a, int b) {
	__asm__ volatile("");
	return a + b;
}

__attribute__((noinline)) int uprobed_sub(int a, int b) {
	__asm__ volatile("");
	return a - b;
}

// A nop, and a note of where it is and where its arguments are.
static void probed(void) {
	__asm__ volatile(
		"990: nop\n"
		".pushsection .note.stapsdt, \"\", \"note\"\n"
		".balign 4\n"
		".4byte 992f - 991f, 994f - 993f, 3\n"
		"991: .asciz \"stapsdt\"\n"
		"992: .balign 4\n"
		"993: .8byte 990b, 0, 0\n"
		".asciz \"libc\"\n"
		".asciz \"setjmp\"\n"
		".asciz \"8@%%rdi -4@%%esi 8@%%rax\"\n"
		"994: .balign 4\n"
		".popsection\n"
		:: "D"(0x1234L), "S"(-5), "a"(0x5678L));
}

static int connected(const char *host, const char *port) {
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
	if (getaddrinfo(host, port, &hints, &found) != 0) return 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, found->ai_addr, found->ai_addrlen) != 0;
}

int main(int argc, char **argv) {
	if (argc > 3 && strcmp(argv[1], "connect") == 0) return connected(argv[2], argv[3]);
	printf("%d %d\n", uprobed_add(3, 4), uprobed_sub(7, 5));
	probed();
	return 0;
}
