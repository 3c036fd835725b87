/*
 * QEMU plugin: counts the guest's instructions into a file that the guest maps as well, so that the
 * program under test reads its own count as it reads a clock. Exact: each instruction adds one
 * before it executes. Argument: counter=FILE, of at least eight bytes.
 */
#include "qemu_plugin_api.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int qemu_plugin_version = 1;

static uint64_t *counter;

static void count_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    (void)id;
    const size_t instructions = qemu_plugin_tb_n_insns(block);
    for (size_t i = 0; i < instructions; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(block, i),
                                                   QEMU_PLUGIN_INLINE_ADD_U64, counter, 1);
    }
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count,
                        char **arguments) {
    static const char key[] = "counter=";
    (void)info;
    if (count != 1 || strncmp(arguments[0], key, sizeof key - 1) != 0) {
        return 1;
    }
    const int file = open(arguments[0] + sizeof key - 1, O_RDWR);
    if (file < 0) {
        return 1;
    }
    void *mapped = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    if (mapped == MAP_FAILED) {
        return 1;
    }
    counter = mapped;
    qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
    return 0;
}
