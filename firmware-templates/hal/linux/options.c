#include "iso_linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PRIORITY 99 /* of SCHED_FIFO, sched(7) */

static void usage(const char *wrong) {
    (void)fprintf(stderr,
                  "isochrone-device: %s\n"
                  "usage: isochrone-device [--link TTY] [--inject TTY] [--state FOLDER]\n"
                  "                        [--watchdog DEVICE] [--realtime PRIORITY]\n",
                  wrong);
    exit(ISO_LINUX_EXIT_USAGE);
}

static void print_version(void) {
    (void)printf("isochrone-device for %s, build %08x\n", ISO_BOARD_NAME, (unsigned)iso_build_id);
    exit(0);
}

static int priority_of(const char *word) {
    char *end = NULL;
    const long priority = strtol(word, &end, 10);
    if (*word == '\0' || *end != '\0' || priority < 0 || priority > MOST_PRIORITY) {
        usage("--realtime takes a priority from 0 to 99");
    }
    return (int)priority;
}

iso_linux_options iso_linux_read_options(int count, char **words) {
    /* systemd tells the folder that it made (systemd.exec(5), StateDirectory). */
    iso_linux_options options = {.link = ISO_BOARD_TTY, .state = getenv("STATE_DIRECTORY")};
    for (int at = 1; at < count; at += 2) {
        const char *name = words[at];
        if (strcmp(name, "--version") == 0) {
            print_version();
        }
        if (at + 1 >= count) {
            usage("an option has no value");
        }
        const char *value = words[at + 1];
        if (strcmp(name, "--link") == 0) {
            options.link = value;
        } else if (strcmp(name, "--inject") == 0) {
            options.inject = value;
        } else if (strcmp(name, "--state") == 0) {
            options.state = value;
        } else if (strcmp(name, "--watchdog") == 0) {
            options.watchdog = value;
        } else if (strcmp(name, "--realtime") == 0) {
            options.realtime = priority_of(value);
        } else {
            usage("there is no such option");
        }
    }
    return options;
}
