/** A thread of the evaluation: some of its hearts, with networks of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { openEvaluationNetworks } from './networks.js';
import { POPULATIONS } from './populations.js';
import type { Shard, ShardMessage } from './shards.js';
import { evaluateSimulated } from './simulated.js';

const { population, first, count } = workerData as Shard;
const tell = (message: ShardMessage): void => {
  parentPort?.postMessage(message);
};
const networks = await openEvaluationNetworks();
const results = evaluateSimulated(networks, POPULATIONS[population], { first, count }, () => {
  tell({ kind: 'heart' });
});
tell({ kind: 'results', results });
