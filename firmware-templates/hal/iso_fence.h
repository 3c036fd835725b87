#ifndef ISO_FENCE_H
#define ISO_FENCE_H

/*
 * What was read and written before it is so for whoever sees what is written behind it. Against an
 * interrupt of the same core only the compiler must keep the order; threads of an operating system
 * run on several cores, and those of Arm reorder.
 */
static inline void iso_fence(void) {
#if defined(__linux__)
    __atomic_thread_fence(__ATOMIC_ACQ_REL);
#else
    __asm volatile("" ::: "memory");
#endif
}

#endif
