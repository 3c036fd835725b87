/**
 * The part of TFLite's schema that the import reads: field numbers in the order of
 * tensorflow/lite/schema/schema.fbs (version 3).
 */
export const FILE_IDENTIFIER = 'TFL3';
export const SCHEMA_VERSION = 3;

export const MODEL = { version: 0, operatorCodes: 1, subgraphs: 2, buffers: 4 } as const;
export const OPERATOR_CODE = { deprecatedCode: 0, customCode: 1, code: 3 } as const;
export const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 } as const;
export const TENSOR = { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4 } as const;
export const QUANTIZATION = { scale: 2, zeroPoint: 3, dimension: 6 } as const;
export const OPERATOR = { code: 0, inputs: 1, outputs: 2, options: 4 } as const;
export const BUFFER = { data: 0, offset: 1 } as const;

export const CONV_OPTIONS = {
  padding: 0,
  strideWidth: 1,
  strideHeight: 2,
  activation: 3,
  dilationWidth: 4,
  dilationHeight: 5,
} as const;
export const DEPTHWISE_OPTIONS = {
  padding: 0,
  strideWidth: 1,
  strideHeight: 2,
  activation: 4,
  dilationWidth: 5,
  dilationHeight: 6,
} as const;
export const POOL_OPTIONS = {
  padding: 0,
  strideWidth: 1,
  strideHeight: 2,
  filterWidth: 3,
  filterHeight: 4,
  activation: 5,
} as const;
export const DENSE_OPTIONS = { activation: 0, weightsFormat: 1, keepDimensions: 2 } as const;
export const SOFTMAX_OPTIONS = { beta: 0 } as const;
/** Add, Sub and Mul alike. */
export const BINARY_OPTIONS = { activation: 0 } as const;
export const CONCATENATION_OPTIONS = { axis: 0, activation: 1 } as const;
export const REDUCER_OPTIONS = { keepDimensions: 0 } as const;
export const RESIZE_OPTIONS = { alignCorners: 0 } as const;
export const STRIDED_SLICE_OPTIONS = {
  beginMask: 0,
  endMask: 1,
  ellipsisMask: 2,
  newAxisMask: 3,
  shrinkMask: 4,
} as const;
export const LEAKY_RELU_OPTIONS = { alpha: 0 } as const;

export const TYPE = {
  float32: 0,
  float16: 1,
  int32: 2,
  uint8: 3,
  int64: 4,
  int8: 9,
} as const;

/** TensorType by number, for messages. */
export const TYPE_NAMES: readonly string[] = [
  ...['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64'],
  ...['int8', 'float64', 'complex128', 'uint64', 'resource', 'variant', 'uint32', 'uint16', 'int4'],
];

export const PADDING = { same: 0, valid: 1 } as const;
export const ACTIVATION = { none: 0, relu: 1, reluN1To1: 2, relu6: 3, tanh: 4 } as const;

/** The number from which on the eight-bit field of old files cannot hold the operator. */
export const CUSTOM_CODE = 32;

/** BuiltinOperator by number, so that an unsupported one can be named. */
export const BUILTIN_NAMES: readonly string[] = `
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH
CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER
BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE
BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM
ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE
TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK
LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD
RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N
GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL`
  .trim()
  .split(/\s+/);
