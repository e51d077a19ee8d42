// The first check of a process, ms of processors from before the package is loaded: node cold-check.mjs QUESTION

const { image, policy } = JSON.parse(process.argv[2]);
const before = process.cpuUsage();
const { check } = await import('../../pkg/dist/node.js');
await check(image, policy === undefined ? {} : { policy });
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
