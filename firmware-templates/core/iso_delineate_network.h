#ifndef ISO_DELINEATE_NETWORK_H
#define ISO_DELINEATE_NETWORK_H

#include <stdint.h>

/* The networks of iso_delineate: what they read, their weights, what their outputs stand for. */

enum {
    ISO_MARK_P_ONSET,
    ISO_MARK_P_END,
    ISO_MARK_QRS_ONSET,
    ISO_MARK_QRS_END,
    ISO_MARK_T_PEAK,
    ISO_MARK_T_END,
    ISO_MARKS
};

enum { ISO_DELINEATE_LEAD, ISO_DELINEATE_MEDIAN, ISO_DELINEATE_ALL, ISO_DELINEATE_SOURCES };

#define ISO_DELINEATE_NETWORKS 3
#define ISO_DELINEATE_LAYERS 3
#define ISO_DELINEATE_MAX_WINDOWS 4
#define ISO_DELINEATE_MAX_AXES 2
#define ISO_DELINEATE_MAX_WINDOW 98
#define ISO_DELINEATE_MAX_INPUTS 320
#define ISO_DELINEATE_MAX_HIDDEN 96
#define ISO_DELINEATE_MAX_OUTPUTS 196
/* Outputs of a layer are computed four together; their weights lie side by side. */
#define ISO_DELINEATE_GROUP 4

/* Slopes that a network reads: count slots of a source, step apart. A network has one window at
 * most of ISO_DELINEATE_ALL. */
typedef struct {
    uint8_t source;
    uint8_t scale;      /* iso_slope_scale */
    int16_t first_slot; /* from the middle of the QRS */
    uint8_t step;
    uint8_t count;
} iso_delineate_window;

/* Moments at which a mark may lie: one output each. */
typedef struct {
    uint8_t mark;
    uint8_t count;
    uint8_t step;  /* 500 Hz samples */
    uint8_t reach; /* tolerance, in steps */
    int16_t first; /* 500 Hz samples from the middle of the QRS */
} iso_delineate_axis;

/* weights: [outputs / 4][inputs][4]. Result: (sum + bias) * multiplier / 2^shift, rounded. */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    uint16_t inputs;
    uint16_t outputs; /* a multiple of four */
    int32_t multiplier;
    uint8_t shift;
} iso_delineate_layer;

/* Outputs: sixteenths of log2 of a likelihood for each moment of each axis, then that of the wave
 * being there against its being absent. */
typedef struct {
    uint8_t windows;
    uint8_t axes;
    iso_delineate_window window[ISO_DELINEATE_MAX_WINDOWS];
    iso_delineate_axis axis[ISO_DELINEATE_MAX_AXES];
    iso_delineate_layer layer[ISO_DELINEATE_LAYERS];
} iso_delineate_network;

extern const iso_delineate_network iso_delineate_networks[ISO_DELINEATE_NETWORKS];

#endif
