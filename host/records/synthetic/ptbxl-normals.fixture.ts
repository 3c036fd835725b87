/** For tests and benches: median beats of records of PTB-XL fold 9, to hold synthetic hearts against. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodedRecords, openDecodedSet } from '../decoded-set.js';
import { independentLeads } from '../record.js';

const BEFORE_R = 150;
const AFTER_R = 300;

export interface ClassBeat {
  /** `[lead 8][450]` microvolt at 500 Hz, R mark at index 150. */
  readonly beat: readonly Float64Array[];
  readonly count: number;
}

/** Normal and nothing else, by every likelihood. */
export function normalBeats(folder: string): Promise<ClassBeat> {
  return classBeats(folder, ({ labels, sup }) => sup === '1,0,0,0,0' && labels[12] === '1');
}

/** Median over the records of fold 9 that are wanted, of each one's median beat. */
export async function classBeats(
  folder: string,
  isWanted: (row: {
    readonly labels: readonly string[];
    readonly sup: string;
    readonly scpCodes: string;
  }) => boolean,
): Promise<ClassBeat> {
  const text = await readFile(join(folder, 'labels.csv'), 'utf8');
  const wanted = new Set(
    text.split('\n').flatMap((line) => {
      // Columns up to the labels hold no comma but the quoted scp_codes, which are cut out.
      const quoted = /"((?:[^"]|"")*)"/u.exec(line)?.[1] ?? '';
      const labels = line.replaceAll(/"(?:[^"]|"")*"/gu, '').split(',');
      const row = { labels, sup: labels.slice(7, 12).join(), scpCodes: quoted };
      return labels[0] === '9' && isWanted(row) ? [Number(labels[1])] : [];
    }),
  );
  const beats: (readonly Float64Array[])[] = [];
  let index = 0;
  for await (const record of decodedRecords(await openDecodedSet(join(folder, 'fold09.d16.gz')))) {
    if (wanted.has(index)) {
      const beat = medianBeat(independentLeads(record).microvolt);
      if (beat !== undefined) beats.push(beat);
    }
    index += 1;
  }
  return { beat: medianOf(beats), count: beats.length };
}

function medianBeat(leads: readonly Float64Array[]): readonly Float64Array[] | undefined {
  const centred = leads.map((lead) => {
    const middle = median([...lead]);
    return lead.map((value) => value - middle);
  });
  const length = centred[0]?.length ?? 0;
  const slope = Float64Array.from({ length }, (_, t) =>
    centred.reduce((sum, lead) => sum + ((lead[t] ?? 0) - (lead[t - 4] ?? 0)) ** 2, 0),
  );
  const threshold = 0.4 * ([...slope].sort((a, b) => a - b)[Math.floor(0.995 * length)] ?? 0);
  const beats: (readonly Float64Array[])[] = [];
  for (let t = BEFORE_R; t < length - AFTER_R - 30; t += 1) {
    if ((slope[t] ?? 0) < threshold) continue;
    let r = t;
    const power = (at: number): number =>
      centred.reduce((sum, lead) => sum + (lead[at] ?? 0) ** 2, 0);
    for (let k = t - 20; k < t + 30; k += 1) if (power(k) > power(r)) r = k;
    if (r >= BEFORE_R) beats.push(centred.map((lead) => lead.slice(r - BEFORE_R, r + AFTER_R)));
    t = r + 150;
  }
  if (beats.length < 4) return undefined;
  return medianOf(beats).map((lead) => {
    const level = median([...lead.slice(95, 115)]);
    return lead.map((value) => value - level);
  });
}

function medianOf(beats: readonly (readonly Float64Array[])[]): readonly Float64Array[] {
  return (beats[0] ?? []).map((lead, index) =>
    lead.map((_, t) => median(beats.map((beat) => beat[index]?.[t] ?? 0))),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [t, value] of a.entries()) {
    const [da, db] = [value - meanA, (b[t] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}
