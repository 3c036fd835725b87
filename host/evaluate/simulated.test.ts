/** The short form of the evaluation: few hearts, every figure there, the order of the arms as it must be. */
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../records/synthetic/random.js';
import { casesOfHeart } from './cases.js';
import { openEvaluationNetworks, type EvaluationNetworks } from './networks.js';
import { CHOICE_HEARTS, POPULATIONS, TRAINING_HEARTS } from './populations.js';
import { evaluationHtml } from './report-html.js';
import { evaluationText } from './report-text.js';
import { readReport, summarise } from './report.js';
import { evaluateSimulated, type SimulatedResults } from './simulated.js';

/** The choice hearts, never the evaluation's, in the one body: quick. */
const POPULATION = { ...CHOICE_HEARTS, bodies: 'generic' };
const HEARTS = 6;

describe('simulated truth, short form', () => {
  let networks: EvaluationNetworks;
  let results: SimulatedResults;
  beforeAll(async () => {
    networks = await openEvaluationNetworks();
    results = evaluateSimulated(networks, POPULATION, { first: 0, count: HEARTS }, () => undefined);
  }, 240_000);

  it('has a lesion of each kind, single and spread', () => {
    expect(results.cases.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['scar', 'ischaemia', 'ectopic']),
    );
    expect(results.cases).toHaveLength(8);
    for (const { segments } of results.cases) expect(segments.length).toBeLessThanOrEqual(6);
  });

  it('names more places by the model than by chance, and keeps shares within bounds', () => {
    const { headline, place } = summarise(results, HEARTS, 'test');
    const [chain, random] = [headline['chain rule'], headline['random']];
    expect(chain?.top3).toBeGreaterThan(0.6);
    expect(chain?.top3).toBeGreaterThan((random?.top3 ?? 1) + 0.2);
    for (const arms of Object.values(place)) {
      for (const { top1, top3, auc, dice } of Object.values(arms)) {
        expect(top1.estimate).toBeLessThanOrEqual(top3);
        for (const share of [top1.low, top1.high, auc, dice]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('finds what the lesion changed far above chance', () => {
    for (const { time, timeChance } of results.cases) {
      expect(time.mapped?.pooled).toBeGreaterThan(1.2 * (timeChance?.pooled ?? Infinity));
    }
  });

  it('is the same from whichever heart it begins', () => {
    const again = evaluateSimulated(networks, POPULATION, { first: 4, count: 1 }, () => undefined);
    // Hearts 0 to 3 give two, two, one and one lesions.
    const [before, after] = [results.cases[6], again.cases[0]];
    expect(after?.place['matched filter']).toEqual(before?.place['matched filter']);
    expect(after?.time).toEqual(before?.time);
  });

  it('asks some cases for trust: all layers shuffled leave nothing of the map', () => {
    const { trust, time } = summarise(results, HEARTS, 'test');
    expect(trust?.cases).toBe(1);
    expect(trust?.cascade).toHaveLength(5);
    expect(trust?.cascade.at(-1)?.attribution.estimate).toBeLessThan(0.5);
    expect(trust?.completenessGap).toBeLessThan(0.2);
    for (const { estimate } of Object.values(trust?.stability.noise ?? {})) {
      expect(estimate).toBeGreaterThan(0.3);
    }
    const figures = Object.values(time)[0];
    expect(figures?.['plain']?.infidelity).toBeLessThan(figures?.['random']?.infidelity ?? 0);
  });

  it('is told in text and as a page, with chance and intervals', () => {
    const report = {
      format: 'isochrone-evaluation-1' as const,
      simulated: summarise(results, HEARTS, 'test'),
      wrongHeart: null,
      recorded: null,
    };
    expect(evaluationText(report)).toMatch(/matched filter[\s\S]*chance[\s\S]*Wilcoxon/u);
    expect(evaluationHtml(report)).toMatch(/<svg[\s\S]*chain rule[\s\S]*<\/html>/u);
    expect(evaluationText(readReport(JSON.stringify(report), 'x.json'))).toBe(
      evaluationText(report),
    );
    expect(() => readReport('{"format":"other"}', 'x.json')).toThrow(/x\.json is no report/u);
  });
});

describe('populations', () => {
  it('share no heart and no case', () => {
    const firsts = Object.values(POPULATIONS).map((population) =>
      seededRandom(0, population.name).normal(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
    expect(new Set(Object.values(POPULATIONS).map(({ bodies }) => bodies)).size).toBe(
      firsts.length,
    );
  });

  it('draw the same cases again', () => {
    const plan = { normal: 1, single: 1, multiple: 1, ectopic: 1 };
    const population = { ...TRAINING_HEARTS, bodies: 'generic' };
    const [first, again] = [1, 2].map(() => casesOfHeart(population, 7, plan).cases);
    expect(again).toEqual(first);
    expect(first?.map(({ kind }) => kind)).toEqual([
      'normal',
      'scar',
      'scar',
      'ischaemia',
      'ischaemia',
      'ectopic',
    ]);
  });
});
