import type { FailureKind } from '../../model/failure.ts';

/**
 * strerror() as glibc and Windows translate it, and Java with them (KERNEL.md: "translated by its locale"). Parts of the texts that
 * contain nothing which later editions reworded. Unknown languages remain: there the class and the frames tell.
 */
export const TRANSLATIONS: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  'address-in-use': [
    'Adresse wird bereits verwendet', // de
    'Adresse bereits verwendet',
    'darf jede Socketadresse', // de, Windows
    'Adresse déjà utilisée', // fr
    'Une seule utilisation de chaque adresse de socket', // fr, Windows
    'La dirección ya se está usando', // es
    'Dirección ya en uso',
    'permite un uso de cada dirección de socket', // es, Windows
    'Endereço já em uso', // pt
    'Endereço já está em uso',
    'Indirizzo già in uso', // it
    'アドレスは既に使用中', // ja
    'アドレスはすでに使用中',
    '地址已在使用', // zh_CN
    '地址已被使用',
    '地址已经被使用',
    '每个套接字地址', // zh_CN, Windows
    '位址已經在使用', // zh_TW
    '주소가 이미 사용', // ko
    '주소를 이미 사용', // ko
    'Адрес уже используется', // ru
    'Адрес уже занят',
    'Adres is al in gebruik', // nl
    'Adres jest już w użyciu', // pl
    'Adressen används redan', // sv
  ],
  'address-not-available': [
    'angeforderte Adresse kann nicht zugewiesen', // de
    "Impossible d'assigner l'adresse", // fr
    'Impossible d’assigner l’adresse',
    'No se puede asignar la dirección', // es
    'possível atribuir o endereço', // pt
    'possível acessar o endereço',
    'Impossibile assegnare', // it
    '要求されたアドレスに割り当て', // ja
    '要求されたアドレスを割り当て',
    '无法指定被请求的地址', // zh_CN
    '无法分配请求的地址',
    '不能分配请求的地址',
    '無法指定所要求的位址', // zh_TW
    '요청한 주소를 배정할 수 없', // ko
    '요청된 주소를 할당할 수 없',
    '요청한 주소를 할당할 수 없',
    'Невозможно назначить запрошенный адрес', // ru
    'Не удаётся назначить запрошенный адрес',
    'gevraagde adres niet', // nl
    'Nie można przypisać żądanego adresu', // pl
  ],
  'too-many-open-files': [
    'Zu viele offene Dateien', // de
    'Trop de fichiers ouverts', // fr
    'Demasiados archivos abiertos', // es
    'Demasiados ficheros abiertos',
    'Muitos arquivos abertos', // pt
    'Troppi file aperti', // it
    '開いているファイルが多すぎます', // ja
    'オープンしているファイルが多過ぎます',
    '打开的文件过多', // zh_CN
    '打开的文件太多',
    '열린 파일이 너무 많', // ko
    'Слишком много открытых файлов', // ru
  ],
};

/** "Permission denied", which a BindException also says: a port below 1024, no conflict. */
export const DENIED =
  /[Pp]ermission|EACCES|\bdenied\b|Berechtigung|Permiso denegado|Permissão negada|Permesso negato|Отказано в доступе|許可がありません|权限不够|허가 거부/;
