// `npm run test:full` sets FULL=1 and runs what is too heavy for every test run.

export const full = process.env.FULL === '1'
