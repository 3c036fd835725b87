/** The fixed head of iso_wire.c: bounds-checked readers and writers, one byte at a time, no alignment assumed. */
export const C_PRIMITIVES = `typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
    bool failed;
} writer;

typedef struct {
    const uint8_t *bytes;
    size_t size;
    size_t used;
    bool failed;
} reader;

static void put_u8(writer *out, uint8_t value) {
    if (out->used >= out->capacity) {
        out->failed = true;
        return;
    }
    out->bytes[out->used] = value;
    out->used++;
}

static void put_u16(writer *out, uint16_t value) {
    put_u8(out, (uint8_t)(value & 0xFFu));
    put_u8(out, (uint8_t)(value >> 8));
}

static void put_u32(writer *out, uint32_t value) {
    put_u16(out, (uint16_t)(value & 0xFFFFu));
    put_u16(out, (uint16_t)(value >> 16));
}

static void put_f32(writer *out, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(out, bits);
}

static void put_choice(writer *out, uint8_t value, uint8_t choices) {
    if (value >= choices) {
        out->failed = true;
    }
    put_u8(out, value);
}

static size_t bounded(uint8_t count, uint8_t max) {
    return count <= max ? count : max;
}

static void put_count(writer *out, uint8_t count, uint8_t max) {
    if (count > max) {
        out->failed = true;
    }
    put_u8(out, count);
}

static void put_text(writer *out, const char *text, uint8_t max) {
    uint8_t length = 0;
    while (length < max && text[length] != '\\0') {
        length++;
    }
    put_u8(out, length);
    for (uint8_t i = 0; i < length; i++) {
        put_u8(out, (uint8_t)text[i]);
    }
}

static uint8_t get_u8(reader *in) {
    if (in->used >= in->size) {
        in->failed = true;
        return 0;
    }
    uint8_t value = in->bytes[in->used];
    in->used++;
    return value;
}

static uint16_t get_u16(reader *in) {
    uint16_t low = get_u8(in);
    uint16_t high = get_u8(in);
    return (uint16_t)(low | (uint16_t)(high << 8));
}

static uint32_t get_u32(reader *in) {
    uint32_t low = get_u16(in);
    uint32_t high = get_u16(in);
    return low | (high << 16);
}

static float get_f32(reader *in) {
    uint32_t bits = get_u32(in);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint8_t get_choice(reader *in, uint8_t choices) {
    uint8_t value = get_u8(in);
    if (value >= choices) {
        in->failed = true;
    }
    return value;
}

/* A count beyond its maximum fails and reads as nothing, so that no loop leaves its array. */
static uint8_t get_count(reader *in, uint8_t max) {
    uint8_t count = get_u8(in);
    if (count > max) {
        in->failed = true;
        return 0;
    }
    return count;
}

static void get_text(reader *in, char *text, uint8_t max) {
    uint8_t length = get_count(in, max);
    for (uint8_t i = 0; i < length; i++) {
        text[i] = (char)get_u8(in);
        if (text[i] == '\\0') {
            in->failed = true;
        }
    }
    text[length] = '\\0';
}

void iso_wire_set_text(char *field, size_t capacity, const char *text) {
    size_t length = 0;
    while (length + 1u < capacity && text[length] != '\\0') {
        field[length] = text[length];
        length++;
    }
    field[length] = '\\0';
}
`;
