/** A run as JUnit XML, which every CI reads: a suite for each device, measurements as properties, the serial log as output. */
import { needsText } from './fixtures.js';
import type { DeviceRecord, Measurement, TestRecord } from './record.js';
import type { RunReport } from './run.js';

export function junitXml(report: RunReport): string {
  const suites = report.devices.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="isochrone hil" time="${seconds(report.totalMs)}">\n${suites.join('\n')}\n</testsuites>\n`;
}

function suite({ device, board, core, tests, ms, failure }: DeviceRecord): string {
  const count = (state: TestRecord['state']): number =>
    tests.filter((test) => test.state === state).length;
  const whole =
    failure === undefined
      ? []
      : [
          `  <testcase classname="${escape(device)}" name="the suite begins">${failed(failure)}</testcase>`,
        ];
  const failures = count('failed') + whole.length;
  return [
    `<testsuite name="${escape(device)}" tests="${tests.length + whole.length}" failures="${failures}" skipped="${count('not_applicable')}" time="${seconds(ms)}">`,
    `  <properties>${property('board', board)}${property('core', core)}</properties>`,
    ...whole,
    ...tests.map((test) => testCase(device, test)),
    '</testsuite>',
  ].join('\n');
}

function testCase(device: string, test: TestRecord): string {
  const parts = [
    ...(test.measurements.length === 0
      ? []
      : [`<properties>${test.measurements.map(measured).join('')}</properties>`]),
    ...(test.state === 'not_applicable'
      ? [`<skipped message="needs: ${escape(needsText(test))}"/>`]
      : []),
    ...(test.error === undefined ? [] : [failed(test.error)]),
    ...(test.log.length === 0 ? [] : [`<system-out>${escape(test.log.join('\n'))}</system-out>`]),
  ];
  return `  <testcase classname="${escape(device)}" name="${escape(test.name)}" time="${seconds(test.ms)}">${parts.join('')}</testcase>`;
}

const failed = (error: string): string =>
  `<failure message="${escape(error.split('\n')[0] ?? '')}">${escape(error)}</failure>`;

const measured = ({ name, value, unit, least, most }: Measurement): string =>
  property(name, `${value ?? 'nothing'} ${unit} (${least ?? '−∞'} … ${most ?? '∞'})`);

const property = (name: string, value: string): string =>
  `<property name="${escape(name)}" value="${escape(value)}"/>`;

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** XML 1.0 allows no control characters but tab, line feed and carriage return, escaped or not. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text

    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
