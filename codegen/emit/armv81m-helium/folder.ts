export const FOLDER = 'codegen/emit/armv81m-helium';

/** Needed by every kernel of the folder. */
export const SHARED = [`${FOLDER}/iso_helium.h`] as const;
