import { describe, expect, it } from 'vitest';
import { analyzeModel } from '../../codegen/report/analyze.js';
import { networkNamed } from '../../codegen/testing/networks.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { analysisHtml } from './analysis-html.js';

describe('analysis as HTML', () => {
  const network = networkNamed('depthwise, pointwise and grouped');
  const analysis = analyzeModel(network.bytes, network.name);
  const compiled = compileTrial(network);
  const signal = {
    tensor: '<b>x</b>',
    type: 'int8' as const,
    low: -1,
    high: 1,
    rule: 'min-max',
    answerDb: 41.5,
  };
  const html = analysisHtml(analysis, compiled, [signal]);

  it('shows every layer, every signal and what lies in the arena, each within it', () => {
    for (const { name } of compiled.program.operations) expect(html).toContain(`>${name}</td>`);
    expect(html).toContain('41.5');
    expect(html).toContain(`arena ${compiled.plan.bytes} B`);
    const rectangles = [
      ...html.matchAll(/<rect x="([\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
    ].map((found) => found.slice(1).map(Number));
    expect(rectangles).toHaveLength(compiled.plan.lifetimes.length);
    for (const [x = NaN, y = NaN, width = NaN, height = NaN] of rectangles) {
      expect(x + width).toBeLessThanOrEqual(960.2);
      expect(y).toBeGreaterThanOrEqual(-0.2);
      expect(y + height).toBeLessThanOrEqual(320.2);
    }
    // The arena is as large as its highest tensor needs.
    expect(Math.min(...rectangles.map(([, y = NaN]) => y))).toBeLessThan(5);
  });

  it('needs nothing else and runs nothing', () => {
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|https?:/);
  });

  it('tells what keeps a model from being built', () => {
    const problem = { code: 'MODEL_X', message: 'no <way>', where: {}, hint: 'Change it.' };
    const broken = analysisHtml({ ...analysis, problems: [problem] }, undefined, []);
    expect(broken).toContain('<b>MODEL_X</b>: no &lt;way&gt; Change it.');
    expect(broken).not.toContain('<svg');
  });
});
