/* The memcpy by which a driver reads flash: the linker puts it in the place of the library's. */
#include "chip_model.h"
#include "flash_model.h"

void *__real_memcpy(void *to, const void *from, size_t count);
void *__wrap_memcpy(void *to, const void *from, size_t count);
void *__wrap_memcpy(void *to, const void *from, size_t count) {
    const uintptr_t address = (uintptr_t)from;
    const bool of_flash = address - MODEL_FLASH_ORIGIN < MODEL_FLASH_BYTES;
    if (of_flash) {
        chip_model_settle();
        if (flash_chip_works()) {
            chip_model_object("flash is read while it works");
        }
    }
    (void)__real_memcpy(to, from, count);
    if (of_flash) {
        flash_chip_read((uint32_t)address, to, count);
    }
    return to;
}
