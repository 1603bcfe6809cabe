// Resolves the relocations of a program with libbpf, and runs it if asked: OBJECT PROGRAM BTF|- [run|load]
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hex(const char *title, const void *bytes, size_t size)
{
	printf("%s", title);
	for (size_t i = 0; i < size; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
	printf("\n");
}

static void file(const char *title, const char *path)
{
	char text[8192];
	FILE *f = fopen(path, "r");
	hex(title, text, f == NULL ? 0 : fread(text, 1, sizeof text, f));
	if (f != NULL)
		fclose(f);
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, open);
	if (strcmp(argv[3], "-") != 0)
		open.btf_custom_path = argv[3];
	if (getenv("VERBOSE") == NULL)
		libbpf_set_print(silent);
	struct bpf_object *object = bpf_object__open_file(argv[1], &open);
	struct bpf_program *program, *wanted = NULL;
	if (object == NULL)
		return 1;
	bpf_object__for_each_program(program, object) {
		bpf_program__set_autoload(program, strcmp(bpf_program__name(program), argv[2]) == 0);
		if (strcmp(bpf_program__name(program), argv[2]) == 0)
			wanted = program;
	}
	// What the verifier refuses has its relocations all the same.
	int error = bpf_object__load(object);
	if (error != 0 && argc > 4)
		return 1;
	hex("code ", bpf_program__insns(wanted), 8 * bpf_program__insn_cnt(wanted));
	if (argc > 4 && strcmp(argv[4], "run") == 0) {
		char context[16] = { 0 }, value[256];
		unsigned int key = 0;
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = context, .ctx_size_in = sizeof context);
		struct bpf_map *bss = bpf_object__find_map_by_name(object, ".bss");
		if (bpf_prog_test_run_opts(bpf_program__fd(wanted), &run) != 0)
			return 1;
		if (bpf_map_lookup_elem(bpf_map__fd(bss), &key, value) != 0)
			return 1;
		hex("found ", value, bpf_map__value_size(bss));
		file("status ", "/proc/thread-self/status");
	}
	bpf_object__close(object);
	return 0;
}
