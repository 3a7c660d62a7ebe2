import './style.css';
import { heights } from './tides.js';

const table = document.querySelector('#tides');
for (const { hour, metres } of heights(new Date())) {
  const row = table.insertRow();
  row.insertCell().textContent = `${String(hour).padStart(2, '0')}:00`;
  row.insertCell().textContent = `${metres.toFixed(2)} m`;
}
